/** All keys, for those who would rather not reach for the mouse. */

import { Sheet } from "../ui/Sheet";
import { useWords } from "./app";
import css from "./command.module.css";
import type { Command } from "./commands";

export default function KeysHelp({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const { t } = useWords();
  const keyed = commands.filter((command) => command.keys);
  const parts = [...new Set(keyed.map((command) => command.part))];
  const always: readonly (readonly [string, string])[] = [
    ["Ctrl K", t("bar.title")],
    ["?", t("keys.title")],
    ["Esc", t("keys.back")],
  ];
  return (
    <Sheet title={t("keys.title")} closeName={t("do.close")} onClose={onClose}>
      <dl className={css.list}>
        {always.map(([keys, name]) => (
          <Row key={keys} keys={keys} name={name} />
        ))}
      </dl>
      {parts.map((part) => (
        <section key={part}>
          <h3 className={css.title}>{t(part)}</h3>
          <dl className={css.list}>
            {keyed
              .filter((command) => command.part === part)
              .map((command) => (
                <Row key={command.id} keys={command.keys ?? ""} name={command.name} />
              ))}
          </dl>
        </section>
      ))}
    </Sheet>
  );
}

function Row({ keys, name }: { keys: string; name: string }) {
  return (
    <>
      <dt>
        <kbd className={css.key}>{keys}</kbd>
      </dt>
      <dd>{name}</dd>
    </>
  );
}
