/** A card that folds; the browser remembers which are open. */

import type { ReactNode } from "react";
import { usePref } from "../shell/prefs";
import css from "./card.module.css";

interface CardProps {
  readonly id: string;
  readonly title: string;
  readonly count?: number;
  readonly open?: boolean;
  readonly children: ReactNode;
}

export function Card({ id, title, count, open = true, children }: CardProps) {
  const [kept, keep] = usePref(`card:${id}`);
  const isOpen = kept ? kept === "open" : open;
  return (
    <details
      className={css.card}
      open={isOpen}
      onToggle={(event) => event.currentTarget.open !== isOpen && keep(event.currentTarget.open ? "open" : "shut")}
    >
      <summary className={css.title}>
        <span>{title}</span>
        {count !== undefined && count > 0 && <span className={css.count}>{count}</span>}
      </summary>
      <div className={css.body}>{children}</div>
    </details>
  );
}
