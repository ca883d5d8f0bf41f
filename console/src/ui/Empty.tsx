/** A place with nothing in it says what belongs there and how to begin. */

import type { ReactNode } from "react";
import css from "./empty.module.css";

export function Empty({ icon, title, children, act }: { icon?: ReactNode; title: string; children?: ReactNode; act?: ReactNode }) {
  return (
    <div className={css.empty}>
      {icon && (
        <span className={css.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <h2>{title}</h2>
      {children && <div className={css.words}>{children}</div>}
      {act}
    </div>
  );
}
