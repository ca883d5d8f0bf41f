/** Light, dark, or as the machine is set. */

import { useEffect } from "react";
import { usePref } from "./prefs";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [kept, keep] = usePref("theme");
  const theme: Theme = kept === "light" || kept === "dark" ? kept : "system";
  useEffect(() => {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }, [theme]);
  return [theme, (next) => keep(next === "system" ? "" : next)];
}
