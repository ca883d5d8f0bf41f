/** The shop's accent colour, kept readable: at least 4.5 : 1 as text on our grounds, and with the text that stands on it. */

type Rgb = [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const STRONG = 2.6;

/** `#rgb` or `#rrggbb`; null for anything else. */
export function parsed(colour: string): Rgb | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour.trim())?.[1];
  if (!digits) return null;
  const whole = digits.length === 3 ? [...digits].map((one) => one + one).join("") : digits;
  return [0, 2, 4].map((at) => Number.parseInt(whole.slice(at, at + 2), 16)) as Rgb;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The colour, mixed with white or black as little as makes it readable on that ground. */
export function readable(colour: Rgb, ground: Rgb): Rgb {
  const goal: Rgb = luminance(ground) > 0.4 ? [0, 0, 0] : [255, 255, 255];
  for (let share = 0; share <= 1; share += 0.05) {
    const mixed = colour.map((part, at) => Math.round(part + ((goal[at] ?? 0) - part) * share)) as Rgb;
    if (contrast(mixed, ground) >= 4.6) return mixed;
  }
  return goal;
}

/** What is set for an accent: the fill, the text on it, and the accent as text on our ground. */
export function accents(colour: string, dark: boolean): Record<string, string> | null {
  const given = parsed(colour);
  if (!given) return null;
  // A strong colour is made a little darker rather than written on in black, which looks like a mistake.
  const strong = contrast(given, WHITE) >= STRONG;
  const fill = strong ? readable(given, WHITE) : given;
  const text = readable(given, dark ? [26, 39, 37] : [249, 251, 251]);
  const on: Rgb = strong ? WHITE : [6, 18, 17];
  const css = (rgb: Rgb): string => `rgb(${rgb.join(" ")})`;
  return { "--fill": css(fill), "--on-fill": css(on), "--own": css(fill), "--on-own": css(on), "--accent": css(text) };
}
