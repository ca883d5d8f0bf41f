/** What the command bar offers and which keys do it: views put in what can be done where they are. */

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Key } from "../words/words";

export interface Command {
  readonly id: string;
  readonly name: string;
  /** In which part of the bar it stands. */
  readonly part: Key;
  /** A single key that does it outside of text fields, as `?` shows it. */
  readonly keys?: string;
  readonly more?: string;
  readonly act: () => void;
}

interface Registry {
  readonly all: () => readonly Command[];
  readonly put: (owner: symbol, commands: readonly Command[]) => void;
}

const Context = createContext<Registry | null>(null);

export function CommandsFrame({ children }: { children: ReactNode }) {
  const [registry] = useState<Registry>(() => {
    const owners = new Map<symbol, readonly Command[]>();
    return {
      all: () => [...owners.values()].flat(),
      put: (owner, commands) => (commands.length ? owners.set(owner, commands) : owners.delete(owner)),
    };
  });
  return <Context value={registry}>{children}</Context>;
}

export function useRegistry(): Registry {
  const found = useContext(Context);
  if (!found) throw new Error("used outside of the shell");
  return found;
}

/** The parts from what is before somebody to what is everywhere; those of single views stand first. */
const ORDER: readonly Key[] = ["bar.talk", "view.inbox", "inbox.lists", "bar.views", "bar.you", "view.customers"];

/** Commands by their part, in the same order whichever view was there first. */
export function inParts(commands: readonly Command[]): readonly { readonly id: Key; readonly commands: readonly Command[] }[] {
  const parts = [...new Set(commands.map((command) => command.part))].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return parts.map((part) => ({ id: part, commands: commands.filter((command) => command.part === part) }));
}

/** Offer these commands while the caller is on the screen. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useRegistry();
  const owner = useMemo(() => Symbol("commands"), []);
  useEffect(() => {
    registry.put(owner, commands);
    return () => registry.put(owner, []);
  }, [registry, owner, commands]);
}

/** Whether keys typed here are somebody's words. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Single keys do their commands, outside of text fields, dialogs and menus. */
export function useKeys(open: { bar: () => void; help: () => void }): void {
  const registry = useRegistry();
  const latest = useRef(open);
  useEffect(() => {
    latest.current = open;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        latest.current.bar();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
      if (event.target instanceof Element && event.target.closest("[role=dialog],[role=menu],[role=listbox]:not([data-list])")) return;
      if (event.key === "?") {
        event.preventDefault();
        latest.current.help();
        return;
      }
      const name = event.altKey ? `Alt+${event.key}` : event.key;
      const command = registry.all().find((one) => one.keys === name);
      if (!command) return;
      event.preventDefault();
      command.act();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [registry]);
}
