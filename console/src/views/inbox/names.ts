/** Colleagues by login: the API names them by login, people by name. */

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Person } from "../../api/shapes";
import { useMay, useParts } from "../../shell/app";

export function usePeople(): readonly Person[] {
  const { api } = useParts();
  const may = useMay();
  const people = useQuery({
    queryKey: ["people"],
    queryFn: async () => (await api.get<{ people: Person[] }>("/api/people")).people,
    enabled: may("look"),
    staleTime: 60_000,
  });
  return people.data ?? NOBODY;
}

const NOBODY: readonly Person[] = [];

/** The name of a login; the login itself where nobody has it any more. */
export function useNames(): (login: string) => string {
  const people = usePeople();
  return useCallback((login) => people.find((one) => one.login === login)?.name || login, [people]);
}
