/** The command bar: whatever can be done, by typing some letters of its name. */

import { Autocomplete, Collection, Header, Input, Menu, MenuItem, MenuSection, SearchField } from "react-aria-components";
import { finds } from "../ui/fold";
import { Sheet } from "../ui/Sheet";
import { useWords } from "./app";
import css from "./command.module.css";
import type { Command } from "./commands";

export default function CommandBar({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const { t } = useWords();
  const parts = [...new Set(commands.map((command) => command.part))].map((part) => ({
    id: part,
    commands: commands.filter((command) => command.part === part),
  }));
  const run = (id: unknown): void => {
    onClose();
    commands.find((command) => command.id === id)?.act();
  };
  return (
    <Sheet title={t("bar.title")} closeName={t("do.close")} onClose={onClose} bare="bare">
      <Autocomplete filter={finds}>
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
                  <MenuItem id={command.id} textValue={`${command.name} ${command.more ?? ""}`} className={css.item ?? ""}>
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
