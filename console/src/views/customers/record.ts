/** What is known of a customer: read once, read again when the feed tells of something new. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { at, Problem } from "../../api/client";
import type { Address, Live } from "../../api/shapes";
import { useDesk } from "../../feed/desk";
import type { DeskState } from "../../feed/state";
import { useParts } from "../../shell/app";

/** A record in any of its shapes; only a live one has more than its id. */
export interface Kept {
  readonly kind: string;
}

/** The record; `gone` where the customer asked to be forgotten, `nobody` where the id is nobody's. */
export function useRecord(customer: string): { record?: Live; gone: boolean; nobody: boolean; problem: unknown } {
  const { api } = useParts();
  const read = useQuery({
    queryKey: ["customer", customer],
    queryFn: () => api.get<Kept>(at("/api/customers/{}", customer)),
    enabled: Boolean(customer),
  });
  const live = read.data?.kind === "live" ? (read.data as unknown as Live) : undefined;
  const status = read.error instanceof Problem ? read.error.status : 0;
  return {
    ...(live && { record: live }),
    gone: status === 410 || read.data?.kind === "erased",
    nobody: status === 404,
    problem: read.error,
  };
}

/** Read the record again whenever a new line may have changed what is known; for the one view that shows the customer. */
export function useFreshRecord(customer: string): void {
  const { desk } = useParts();
  const queries = useQueryClient();
  const newest = useDesk(
    desk,
    useCallback((state: DeskState) => state.timelines[customer]?.lines.at(-1)?.entry.id ?? "", [customer]),
  );
  const before = useRef({ customer, newest });
  useEffect(() => {
    const last = before.current;
    before.current = { customer, newest };
    // The first lines of a customer come with the record; only what comes after them tells of something new.
    if (last.customer !== customer || !last.newest || last.newest === newest) return;
    void queries.invalidateQueries({ queryKey: ["customer", customer] });
  }, [queries, customer, newest]);
}

/** Channels of addresses that only say who somebody is in the shop's own system. */
const UNREACHABLE = new Set(["shop"]);

export function reachable(record: Live | undefined): readonly Address[] {
  return (record?.addresses ?? []).filter((address) => !UNREACHABLE.has(address.channel));
}

export function sameAddress(a: Address | null | undefined, b: Address | null | undefined): boolean {
  return a?.channel === b?.channel && a?.account === b?.account && a?.id === b?.id;
}
