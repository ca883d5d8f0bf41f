/** All keys, for those who would rather not reach for the mouse. */

import { Sheet } from "../ui/Sheet";
import { useWords } from "./app";
import css from "./command.module.css";
import { type Command, inParts } from "./commands";

export default function KeysHelp({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const { t } = useWords();
  const keyed = commands.filter((command) => command.keys);
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
      {inParts(keyed).map((part) => (
        <section key={part.id}>
          <h3 className={css.title}>{t(part.id)}</h3>
          <dl className={css.list}>
            {part.commands.map((command) => (
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
