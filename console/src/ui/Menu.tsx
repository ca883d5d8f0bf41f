/** A menu under a button: choices with a name, an icon, what they mean; one of them may be the chosen one. */

import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import css from "./menu.module.css";

export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly icon?: ReactNode;
  readonly more?: string;
  readonly chosen?: boolean;
  readonly act: () => void;
}

/** `trigger`: a Button or an IconButton's own button. */
interface MenuProps {
  readonly label: string;
  readonly trigger: ReactNode;
  readonly choices: readonly Choice[];
  readonly isOpen?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}

export function Menu({ label, trigger, choices, ...open }: MenuProps) {
  return (
    <MenuTrigger {...open}>
      {trigger}
      <Popover className={css.popover ?? ""} offset={4}>
        <AriaMenu
          autoFocus="first"
          aria-label={label}
          className={css.menu ?? ""}
          onAction={(id) => choices.find((choice) => choice.id === id)?.act()}
        >
          {choices.map((choice) => (
            <MenuItem key={choice.id} id={choice.id} textValue={choice.name} className={css.item ?? ""}>
              <span className={css.icon}>{choice.icon}</span>
              <span className={css.words}>
                {choice.name}
                {choice.more && <small>{choice.more}</small>}
              </span>
              {choice.chosen && <Check size={15} aria-hidden="true" />}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
