/** Letters without marks: somebody who types `ao dai` means `áo dài`. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLocaleLowerCase();
}

/** Whether every word typed is somewhere in the text. */
export function finds(text: string, typed: string): boolean {
  const whole = fold(text);
  return fold(typed)
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
