/** Correcting and taking back a message of ours: the menu beside it, the field in its place, and what became of it. */

import { Ellipsis, Pencil, Undo2 } from "lucide-react";
import { createContext, type KeyboardEvent, type ReactNode, useContext, useEffect, useId, useMemo, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { hubNow } from "../../api/time";
import type { Amended } from "../../feed/amends";
import { type Item, speakerOf } from "../../feed/lines";
import { useMay, useParts, useTry, useWords, wordsOf } from "../../shell/app";
import { useCommands } from "../../shell/commands";
import { Button } from "../../ui/Button";
import { Menu } from "../../ui/Menu";
import { Sheet } from "../../ui/Sheet";
import css from "./amend.module.css";
import { fateWords } from "./facts";
import { type Changes, useChanges } from "./window";

type Word = Extract<Item, { kind: "word" }>;

/** Which message is being corrected, and the words so far, also of one that is scrolled out of sight. */
interface Desk {
  readonly customer: string;
  readonly editing: string;
  readonly drafts: Map<string, string>;
  readonly changes: Changes;
  readonly edit: (delivery: string) => void;
  readonly recall: (delivery: string) => void;
}

const Context = createContext<Desk | null>(null);
const NOT_SENT_YET = new Set(["queued", "held"]);
const ARRIVED = new Set(["sent", "delivered", "read"]);

/** What can be done with a message by now: an agent's own side only, for as long as its channel lets us. */
function possible(item: Word, changes: Changes): { correct: boolean; recall: boolean } {
  const { line, pending, deleted, amended } = item;
  const { entry } = line;
  const state = line.state ?? "";
  const waits = amended.change && !amended.change.failed;
  const none = { correct: false, recall: false };
  // What was said under a post is hidden or answered again, not changed.
  if (pending || deleted || waits || !entry.delivery || entry.detail?.verb || speakerOf(entry.who) !== "agent") return none;
  if (NOT_SENT_YET.has(state)) return { correct: Boolean(entry.text), recall: true };
  if (!ARRIVED.has(state)) return none;
  const can = changes(entry.address);
  const within = (seconds: number): boolean => !seconds || hubNow() - entry.at < seconds * 1000;
  return {
    correct: Boolean(can?.corrects && entry.text && within(can.corrects_s ?? 0)),
    recall: Boolean(can?.recalls && within(can.recalls_s ?? 0)),
  };
}

export function AmendFrame({
  customer,
  items,
  me,
  children,
}: {
  customer: string;
  items: readonly Item[];
  me: string;
  children: ReactNode;
}) {
  const { t } = useWords();
  const may = useMay();
  const found = useChanges(customer);
  const changes = useMemo<Changes>(() => (may("talk") ? found : () => undefined), [may, found]);
  const [editing, edit] = useState("");
  const [recalling, recall] = useState("");
  const drafts = useRef(new Map<string, string>()).current;
  const desk = useMemo<Desk>(() => ({ customer, editing, drafts, changes, edit, recall }), [customer, editing, drafts, changes]);
  const last = items.findLast((item) => item.kind === "word" && item.line.entry.who === `agent:${me}` && possible(item, changes).correct);
  const newest = last?.kind === "word" ? (last.line.entry.delivery ?? "") : "";
  useCommands(
    useMemo(
      () =>
        newest ? [{ id: "correct", name: t("word.correct.last"), part: "bar.talk" as const, keys: "w", act: () => edit(newest) }] : [],
      [t, newest],
    ),
  );
  return (
    <Context value={desk}>
      {children}
      {recalling && <Recall customer={customer} delivery={recalling} onClose={() => recall("")} />}
    </Context>
  );
}

/** The menu beside a message. */
export function AmendMenu({ item }: { item: Word }) {
  const { t } = useWords();
  const desk = useContext(Context);
  if (!desk || desk.editing === item.line.entry.delivery) return null;
  const may = possible(item, desk.changes);
  if (!may.correct && !may.recall) return null;
  const delivery = item.line.entry.delivery ?? "";
  const correct = {
    id: "correct",
    name: t("word.correct"),
    icon: <Pencil size={15} />,
    more: t("word.correct.words"),
    act: () => desk.edit(delivery),
  };
  const recall = {
    id: "recall",
    name: t("word.recall"),
    icon: <Undo2 size={15} />,
    more: t("word.recall.words"),
    act: () => desk.recall(delivery),
  };
  return (
    <Menu
      label={t("word.menu")}
      trigger={
        <AriaButton className={css.more ?? ""} aria-label={t("word.menu")}>
          <Ellipsis size={16} aria-hidden="true" />
        </AriaButton>
      }
      choices={[...(may.correct ? [correct] : []), ...(may.recall ? [recall] : [])]}
    />
  );
}

/** Whether this message is being corrected. */
export function useEditing(item: Word): boolean {
  const desk = useContext(Context);
  return Boolean(desk?.editing) && desk?.editing === item.line.entry.delivery;
}

/** The field in the place of the words. */
export function Editor({ item, words }: { item: Word; words: string }) {
  const { t } = useWords();
  const { acts } = useParts();
  const desk = useContext(Context);
  const field = useRef<HTMLTextAreaElement>(null);
  const delivery = item.line.entry.delivery ?? "";
  const [text, setText] = useState(desk?.drafts.get(delivery) ?? words);
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const node = field.current;
    node?.focus();
    node?.setSelectionRange(node.value.length, node.value.length);
  }, []);
  if (!desk) return null;
  const leave = (): void => {
    desk.drafts.delete(delivery);
    desk.edit("");
  };
  const save = (): void => {
    const fresh = text.trim();
    if (!fresh || busy) return;
    if (fresh === words) {
      leave();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    acts
      .correct(desk.customer, delivery, fresh)
      .then(leave)
      .catch((error: unknown) => {
        setProblem(error);
        setBusy(false);
      });
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  };
  return (
    <form
      className={css.editor}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={field}
        value={text}
        rows={Math.min(8, 1 + text.split("\n").length)}
        dir="auto"
        aria-label={t("word.correct.field")}
        onChange={(event) => {
          setText(event.target.value);
          desk.drafts.set(delivery, event.target.value);
        }}
        onKeyDown={pressed}
      />
      {problem !== undefined && (
        <p className={css.problem} role="alert">
          {wordsOf(problem, t)}
        </p>
      )}
      <div className={css.acts}>
        <Button look="quiet" onPress={leave}>
          {t("do.drop")}
        </Button>
        <Button look="main" type="submit" isDisabled={busy || !text.trim()}>
          {t("word.correct.do")}
        </Button>
      </div>
    </form>
  );
}

/** What stood there before: agents see all of it. */
export function Before({ amended }: { amended: Amended }) {
  const { t } = useWords();
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={css.edited} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {t("word.edited")}
      </button>
      {open && (
        <ul id={id} className={css.before} aria-label={t(amended.unsent ? "word.before.unsent" : "word.before")}>
          {amended.before.map((words, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what stood there once never changes places
            <li key={n}>
              <del dir="auto">{words}</del>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A change that has not come to the customer: it is on its way, or why it did not, and once more. */
export function Unchanged({ item }: { item: Word }) {
  const { t } = useWords();
  const { acts } = useParts();
  const attempt = useTry();
  const desk = useContext(Context);
  const [asked, setAsked] = useState("");
  const { change } = item.amended;
  if (!change || !desk) return null;
  const delivery = item.line.entry.delivery ?? "";
  if (!change.failed) return <p className={css.waits}>{t(change.verb === "correct" ? "word.correcting" : "word.recalling")}</p>;
  const { sentence, small } = fateWords(change.line, t);
  const again = (): void => {
    setAsked(change.line.entry.id);
    const work = (): Promise<void> =>
      change.verb === "correct" ? acts.correct(desk.customer, delivery, change.text) : acts.recall(desk.customer, delivery);
    void attempt(work).then((done) => !done && setAsked(""));
  };
  return (
    <div className={css.trouble}>
      <span>
        {t(change.verb === "correct" ? "word.correct.failed" : "word.recall.failed")} {sentence}
      </span>
      {small && (
        <small className={css.waits} dir="auto">
          {small}
        </small>
      )}
      <Button look="quiet" isDisabled={asked === change.line.entry.id} onPress={again}>
        {t("do.again")}
      </Button>
    </div>
  );
}

function Recall({ customer, delivery, onClose }: { customer: string; delivery: string; onClose: () => void }) {
  const { t } = useWords();
  const { acts } = useParts();
  const attempt = useTry();
  return (
    <Sheet title={t("word.recall.title")} closeName={t("do.close")} onClose={onClose}>
      <div className={css.ask}>
        <p>{t("word.recall.ask")}</p>
        <Button
          look="danger"
          autoFocus
          onPress={() => {
            onClose();
            void attempt(() => acts.recall(customer, delivery));
          }}
        >
          {t("word.recall")}
        </Button>
      </div>
    </Sheet>
  );
}
