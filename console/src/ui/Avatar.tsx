/** Who somebody is at a glance: initials on a colour of their own, the channel's mark at the corner. The name stands beside it as text. */

import css from "./avatar.module.css";
import { ChannelMark } from "./ChannelMark";
import { cx } from "./cx";

const HUES = 8;

/** The first letters of the first and the last word; Chinese names show their last two letters, as people there call each other. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0];
  if (!first) return "?";
  if (/^\p{Script=Han}/u.test(first)) return [...first].slice(-2).join("");
  const last = words.length > 1 ? words.at(-1) : "";
  return ([...first][0] ?? "").toLocaleUpperCase() + ([...(last ?? "")][0] ?? "").toLocaleUpperCase();
}

/** Always the same colour for the same name. */
export function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}

export function Avatar({
  name,
  seed = name,
  channel,
  size = "m",
}: {
  name: string;
  seed?: string;
  channel?: string;
  size?: "s" | "m" | "l";
}) {
  return (
    <span className={cx(css.avatar, css[size])} data-hue={hueOf(seed)}>
      <span aria-hidden="true" className={css.letters} data-letters={initials(name)} />
      {channel && (
        <span className={css.corner}>
          <ChannelMark channel={channel} />
        </span>
      )}
    </span>
  );
}
