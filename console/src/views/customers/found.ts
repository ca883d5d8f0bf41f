/** Customers the hub finds by what is typed: name, phone, e-mail, order number, address; newest first, page by page. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { FoundCustomer, FoundCustomers } from "../../api/shapes";
import { useParts } from "../../shell/app";

const PAGE = 50;
const IN_BAR = 8;
/** So long after the last key somebody still types. */
const STILL_TYPING_MS = 120;
/** What was found is asked for anew when it is looked at again after that. */
const FRESH_MS = 5_000;

/** The text once nobody types any more. */
function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), STILL_TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export interface Found {
  readonly customers: readonly FoundCustomer[];
  /** What these were found by: behind what is typed by as long as the hub needs. */
  readonly by: string;
  readonly loaded: boolean;
  readonly failed: boolean;
  readonly more: (() => void) | undefined;
}

export function useFound(typed: string): Found {
  const { api } = useParts();
  const by = useSettled(typed.trim());
  const { data, hasNextPage, isFetching, isPlaceholderData, fetchNextPage, isError } = useInfiniteQuery({
    queryKey: ["customers", by],
    queryFn: ({ pageParam, signal }) =>
      api.get<FoundCustomers>(`/api/customers?${new URLSearchParams({ q: by, limit: String(PAGE), cursor: pageParam })}`, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    retry: 1,
  });
  return {
    customers: data?.pages.flatMap((page) => page.customers) ?? [],
    by,
    loaded: data !== undefined && !isPlaceholderData,
    failed: isError,
    more: hasNextPage && !isFetching ? () => void fetchNextPage() : undefined,
  };
}

/** The first few, for the command bar; nobody while fewer than two signs are typed. */
export function useFoundInBar(typed: string): readonly FoundCustomer[] {
  const { api } = useParts();
  const by = useSettled(typed.trim());
  const asked = [...by].length > 1 || /\p{Script=Han}/u.test(by);
  const { data } = useQuery({
    queryKey: ["customers in bar", by],
    queryFn: ({ signal }) => api.get<FoundCustomers>(`/api/customers?${new URLSearchParams({ q: by, limit: String(IN_BAR) })}`, signal),
    enabled: asked,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    retry: false,
  });
  return asked ? (data?.customers ?? []) : [];
}

/** What tells one namesake from another. */
export function traitsOf(one: FoundCustomer): string {
  return [one.phone, one.email, one.orders?.[0] && `#${one.orders[0].replace(/^#/, "")}`].filter(Boolean).join(" · ");
}
