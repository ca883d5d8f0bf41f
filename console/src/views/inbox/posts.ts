/** The rows of a list as they are drawn: comments stand under what they are about, whoever waits longest first. Pure. */

import type { Post, ViewName } from "../../api/shapes";
import type { Shown } from "../../feed/select";

/** `index`: which row it is, for a post that of its first; `waiting`: how many of a post's wait for a person. */
export type ListItem =
  | { readonly kind: "row"; readonly key: string; readonly index: number; readonly row: Shown }
  | {
      readonly kind: "post";
      readonly key: string;
      readonly index: number;
      readonly post: Post;
      readonly channel: string;
      readonly waiting: number;
    };

/** The rows in the order they are drawn in: in `comments` each post's together, elsewhere as they came. */
export function drawn(rows: readonly Shown[], view: ViewName): readonly ListItem[] {
  if (view !== "comments") return rows.map((row, index) => ({ kind: "row", key: row.card.conversation, index, row }));
  const posts = new Map<string, Shown[]>();
  for (const row of rows) {
    const key = `${row.card.channel}/${row.card.account}/${row.card.post?.id}`;
    const theirs = posts.get(key);
    if (theirs) theirs.push(row);
    else posts.set(key, [row]);
  }
  let index = 0;
  return [...posts].flatMap(([key, theirs]): ListItem[] => {
    const first = theirs[0]?.card;
    if (!first?.post) return [];
    const waiting = theirs.filter(({ card }) => card.owner.kind === "queue").length;
    const head: ListItem = { kind: "post", key, index, post: first.post, channel: first.channel, waiting };
    return [head, ...theirs.map((row): ListItem => ({ kind: "row", key: row.card.conversation, index: index++, row }))];
  });
}
