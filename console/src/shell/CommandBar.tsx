/** The command bar: whatever can be done, by typing some letters of its name. */

import { useMemo, useState } from "react";
import { Autocomplete, Collection, Header, Input, Menu, MenuItem, MenuSection, SearchField } from "react-aria-components";
import type { FoundCustomer } from "../api/shapes";
import { finds } from "../ui/fold";
import { Sheet } from "../ui/Sheet";
import { traitsOf, useFoundInBar } from "../views/customers/found";
import { useWords } from "./app";
import css from "./command.module.css";
import { type Command, inParts } from "./commands";
import { go } from "./route";

/** Before the text of whom the hub found: they fit what is typed, whatever it says of them. */
const FOUND = "\u2060";

export default function CommandBar({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState("");
  const found = useFoundInBar(typed);
  const all = useMemo(() => [...commands, ...strangers(commands, found)], [commands, found]);
  const fromHub = useMemo(() => new Set(found.map((one) => one.customer)), [found]);
  const parts = inParts(all);
  const run = (id: unknown): void => {
    onClose();
    all.find((command) => command.id === id)?.act();
  };
  return (
    <Sheet title={t("bar.title")} closeName={t("do.close")} onClose={onClose} bare="bare">
      <Autocomplete filter={fits} inputValue={typed} onInputChange={setTyped}>
        <SearchField aria-label={t("bar.title")} autoFocus className={css.field ?? ""}>
          <Input placeholder={t("bar.hint")} className={css.input ?? ""} />
        </SearchField>
        <Menu
          aria-label={t("bar.title")}
          items={parts}
          onAction={run}
          className={css.menu ?? ""}
          renderEmptyState={() => <p className={css.none}>{t("bar.none")}</p>}
        >
          {(part) => (
            <MenuSection id={part.id} className={css.part ?? ""}>
              <Header className={css.head ?? ""}>{t(part.id)}</Header>
              <Collection items={part.commands}>
                {(command) => (
                  <MenuItem
                    id={command.id}
                    textValue={`${fromHub.has(command.id) ? FOUND : ""}${command.name} ${command.more ?? ""}`}
                    className={css.item ?? ""}
                  >
                    <span className={css.name}>{command.name}</span>
                    {command.more && <span className={css.more}>{command.more}</span>}
                    {command.keys && <kbd className={css.keys}>{command.keys}</kbd>}
                  </MenuItem>
                )}
              </Collection>
            </MenuSection>
          )}
        </Menu>
      </Autocomplete>
    </Sheet>
  );
}

const fits = (text: string, typed: string): boolean => text.startsWith(FOUND) || finds(text, typed);

/** Whom the hub found and this browser does not know yet. */
function strangers(commands: readonly Command[], found: readonly FoundCustomer[]): readonly Command[] {
  const known = new Set(commands.map((command) => command.id));
  return found
    .filter((one) => !known.has(one.customer))
    .map((one) => ({
      id: one.customer,
      name: one.name || one.customer,
      more: traitsOf(one),
      part: "view.customers",
      act: () => (one.open ? go("inbox", "open", one.customer) : go("customers", one.customer)),
    }));
}
