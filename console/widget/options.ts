/** What a shop may choose: by `data-` attributes of the script, or by `omnihub.configure`. */

export interface Options {
  accent: string;
  position: "left" | "right";
  theme: "auto" | "light" | "dark" | "system";
  language: string;
  title: string;
  greeting: string;
  launcher: "shown" | "hidden";
  mode: "float" | "page";
  zIndex: string;
}

export const DEFAULTS: Options = {
  accent: "",
  position: "right",
  theme: "auto",
  language: "",
  title: "",
  greeting: "",
  launcher: "shown",
  mode: "float",
  zIndex: "",
};

const CHOICES: Partial<Record<keyof Options, readonly string[]>> = {
  position: ["left", "right"],
  theme: ["auto", "light", "dark", "system"],
  launcher: ["shown", "hidden"],
  mode: ["float", "page"],
};

/** The options with those given that are known and make sense; whatever else is left as it was. */
export function chosen(options: Options, given: Readonly<Record<string, unknown>>): Options {
  const made: Record<string, string> = { ...options };
  for (const name of Object.keys(DEFAULTS) as (keyof Options)[]) {
    const value = given[name];
    if (typeof value !== "string" || (CHOICES[name] && !CHOICES[name]?.includes(value))) continue;
    made[name] = value;
  }
  return made as unknown as Options;
}

/** Whether dark colours are right: as chosen, as the page says of itself, as the system says where the page leaves it open. */
export function isDark(theme: Options["theme"]): boolean {
  if (theme === "light" || theme === "dark") return theme === "dark";
  const system = matchMedia("(prefers-color-scheme: dark)").matches;
  if (theme === "system") return system;
  // A page that does not speak of dark colours is a light one, whatever the system likes.
  const said = getComputedStyle(document.documentElement).colorScheme;
  const meta = document.querySelector<HTMLMetaElement>("meta[name=color-scheme]")?.content ?? "";
  const page = said === "normal" ? meta : said;
  if (!page.includes("dark")) return false;
  return page.includes("light") ? system : true;
}
