/** Buttons: one look for the main act of a place, one for the others, one for icons, which carry their name for those who do not see them. */

import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps, Tooltip, TooltipTrigger } from "react-aria-components";
import css from "./button.module.css";
import { cx } from "./cx";

export type Look = "main" | "plain" | "quiet" | "danger";

export function Button({ look = "plain", className, ...rest }: Omit<ButtonProps, "className"> & { look?: Look; className?: string }) {
  return <AriaButton {...rest} className={cx(css.button, css[look], className)} />;
}

interface IconButtonProps extends Omit<ButtonProps, "className" | "children"> {
  readonly name: string;
  readonly keys?: string;
  readonly children: ReactNode;
  readonly side?: "top" | "right" | "bottom";
  readonly className?: string;
}

export function IconButton({ name, keys, children, side = "bottom", className, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton {...rest} aria-label={name} className={cx(css.icon, className)}>
        {children}
      </AriaButton>
      <Tooltip placement={side} offset={6} className={css.tip ?? ""}>
        {name}
        {keys && <kbd className={css.keys}>{keys}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}
