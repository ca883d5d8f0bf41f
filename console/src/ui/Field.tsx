/** One thing to fill in: its name above, what is expected below, what is wrong in its place. */

import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "./cx";
import css from "./field.module.css";

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly wrong?: string;
}

export function Field({ label, hint, wrong, ...input }: FieldProps & ComponentProps<"input">) {
  const id = useId();
  const told = wrong || hint;
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={cx(css.input, wrong && css.bad)}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={told ? `${id}-told` : undefined}
      />
      {told && (
        <p id={`${id}-told`} className={cx(css.hint, wrong && css.wrong)}>
          {told}
        </p>
      )}
    </div>
  );
}

export function Choose({ label, hint, children, ...select }: FieldProps & ComponentProps<"select">) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <select {...select} id={id} className={css.input}>
        {children}
      </select>
      {hint && <p className={css.hint}>{hint}</p>}
    </div>
  );
}

/** What went wrong with the whole form. */
export function Wrong({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className={css.alert}>
      {children}
    </p>
  );
}
