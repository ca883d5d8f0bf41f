/** How a reply may go now: for free and how long yet, as what, for what price, or what instead. */

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { at } from "../../api/client";
import type { Address, Window } from "../../api/shapes";
import { hubNow } from "../../api/time";
import { useParts, useWords } from "../../shell/app";
import { sameAddress } from "../customers/record";

const FRESH_MS = 30_000;

export interface Leave {
  /** One line for under the field; empty where a reply may go at any time. */
  readonly words: string;
  /** Nothing free can be sent there now. */
  readonly closed: boolean;
}

export function useLeave(customer: string, address: Address | undefined): Leave {
  const { t, f } = useWords();
  const data = useWindows(customer, Boolean(address));
  const found = data?.windows?.find((one) => sameAddress(one.address, address));
  if (!found) return { words: "", closed: false };
  const { way, until = 0, left = -1, category } = found.leave;
  const end = until ? f.short(until, hubNow()) : "";
  switch (way) {
    case "free":
      if (!end) return { words: "", closed: false };
      return { words: left >= 0 ? t("window.left", { end, n: left }) : t("window.free", { end }), closed: false };
    case "tagged":
      return { words: t("window.tagged", { end }), closed: false };
    case "paid": {
      // A message costs parts of a cent: the currency's own form would round them away.
      const price = found.price ? `${found.price.amount} ${found.price.currency}` : "";
      if (category === "push") return { words: t("window.push"), closed: false };
      return { words: price ? t("window.paid", { price }) : t("window.paid.unknown"), closed: false };
    }
    default:
      return { words: t(found.leave.instead?.includes("template") ? "window.closed.template" : "window.closed"), closed: true };
  }
}

function useWindows(customer: string, enabled: boolean): { windows: readonly Window[] } | undefined {
  const { api } = useParts();
  const { data } = useQuery({
    queryKey: ["customer", customer, "windows"],
    queryFn: () => api.get<{ windows: readonly Window[] }>(at("/api/customers/{}/windows", customer)),
    enabled: Boolean(customer) && enabled,
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
  });
  return data;
}

/** What of ours can be changed at an address after it went out. */
export type Changes = (address: Address | null | undefined) => Window["changes"] | undefined;

export function useChanges(customer: string): Changes {
  const data = useWindows(customer, true);
  return useCallback((address) => data?.windows?.find((one) => sameAddress(one.address, address ?? undefined))?.changes, [data]);
}
