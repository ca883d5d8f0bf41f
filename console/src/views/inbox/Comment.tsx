/** Comments: what they stand under, what was done to them, and what can be done. What is public says so. */

import { Eye, EyeOff, Globe, Heart, Lock, MessageSquareReply, Radio, Send } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { newKey } from "../../api/client";
import type { CommentVerb, Line } from "../../api/shapes";
import { hubNow } from "../../api/time";
import type { Item, Standing } from "../../feed/lines";
import { useMay, useParts, useTry, useWords } from "../../shell/app";
import { Button, IconButton } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { isKey, type Say } from "../../words/words";
import { type Answering, useForm } from "./CommentForm";
import css from "./comment.module.css";
import { Fate } from "./Fate";
import { Fetched } from "./Fetched";
import { Trouble } from "./Trouble";

/** So long a comment takes its one private answer (hub/model/messaging/comments.py). */
const PRIVATE_MS = 7 * 86_400_000;
/** Where the provider lets a shop's program like. */
const LIKES = new Set(["messenger"]);

type Spoken = Extract<Item, { kind: "word" }>;

/** What customers comment under: its picture, its words, the way to it. */
export function Post({ item }: { item: Extract<Item, { kind: "post" }> }) {
  const { t } = useWords();
  const { entry } = item.line;
  const url = entry.detail?.url ?? "";
  return (
    <article className={css.post}>
      <header>
        {entry.detail?.live ? <Radio size={14} aria-hidden="true" /> : <Globe size={14} aria-hidden="true" />}
        <span>{t(entry.detail?.live ? "comment.live" : "comment.post")}</span>
        {/^https:\/\//.test(url) && (
          <a href={url} target="_blank" rel="noreferrer noopener">
            {t("comment.open")}
          </a>
        )}
      </header>
      {item.pieces.map((piece, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pictures of a post never change places
        <Fetched key={n} piece={piece} at={entry.at} />
      ))}
      {entry.text && (
        <p className={css.words} dir="auto">
          {entry.text}
        </p>
      )}
    </article>
  );
}

/** Hidden, shown, liked: by whom, by what rule, and what became of it. */
export function Deed({ line, customer, by }: { line: Line; customer: string; by: string }) {
  const { t, f } = useWords();
  const { entry } = line;
  const { verb = "", rule = "" } = entry.detail ?? {};
  const key = `comment.done.${verb}`;
  const what = isKey(key) ? t(key) : verb;
  const words = rule ? t("comment.by.rule", { what, rule: ruleWords(rule, t) }) : by ? t("comment.by", { what, name: by }) : what;
  return (
    <div className={css.deed}>
      <p>
        {words}{" "}
        <span className={css.end}>
          <time title={f.full(entry.at)}>{f.time(entry.at)}</time> <Fate state={line.state ?? ""} failed={false} />
        </span>
      </p>
      <Trouble item={{ line }} customer={customer} />
    </div>
  );
}

function ruleWords(rule: string, t: Say): string {
  return rule === "phone" ? t("comment.rule.phone") : rule;
}

/** Above words that all can read, or that answer such words in private: which of the two it is. */
export function Public({ item }: { item: Spoken }) {
  const { t } = useWords();
  const { entry } = item.line;
  const { verb = "", rule = "" } = entry.detail ?? {};
  if (item.standing)
    return (
      <p className={css.tag}>
        <Globe size={12} aria-hidden="true" /> {t("comment.one")}
        {item.standing.hidden && (
          <strong>
            <EyeOff size={12} aria-hidden="true" />{" "}
            {item.standing.rule ? t("comment.hidden.rule", { rule: ruleWords(item.standing.rule, t) }) : t("comment.hidden")}
          </strong>
        )}
        {item.standing.liked && <Heart size={12} aria-label={t("comment.liked")} />}
      </p>
    );
  if (entry.kind !== "message" || (verb !== "answer" && verb !== "private")) return null;
  const what = t(verb === "answer" ? "comment.answered" : "comment.told");
  return (
    <p className={css.tag}>
      {verb === "answer" ? <Globe size={12} aria-hidden="true" /> : <Lock size={12} aria-hidden="true" />}{" "}
      {rule ? t("comment.by.rule", { what, rule: ruleWords(rule, t) }) : what}
    </p>
  );
}

/** What an agent can do to a comment; why not, where something cannot be done. */
export function CommentDeeds({ item, standing, customer }: { item: Spoken; standing: Standing; customer: string }) {
  const { acts } = useParts();
  const { t } = useWords();
  const attempt = useTry();
  const may = useMay();
  const { open, show } = useForm();
  const [busy, setBusy] = useState(false);
  const { entry } = item.line;
  const comment = entry.external_id ?? "";
  const mine = open?.comment === comment ? open : undefined;
  if (!may("talk") || !comment) return null;
  const over = hubNow() > entry.at + PRIVATE_MS;
  const why = standing.private ? t("comment.private.done") : over ? t("comment.private.over") : "";
  const act = (verb: CommentVerb): void => {
    setBusy(true);
    void attempt(() => acts.comment(customer, { verb, comment, conversation: entry.conversation ?? "" }, newKey())).then(() =>
      setBusy(false),
    );
  };
  const likes = LIKES.has(entry.address?.channel ?? "");
  return (
    <div className={css.deeds}>
      <div className={css.buttons}>
        <Button look="quiet" onPress={() => show({ comment, verb: "answer" })}>
          <MessageSquareReply size={14} aria-hidden="true" /> {t("comment.answer")}
        </Button>
        <Button look="quiet" isDisabled={Boolean(why)} onPress={() => show({ comment, verb: "private" })}>
          <Lock size={14} aria-hidden="true" /> {t("comment.private")}
        </Button>
        <Button look="quiet" isDisabled={busy} onPress={() => act(standing.hidden ? "show" : "hide")}>
          {standing.hidden ? <Eye size={14} aria-hidden="true" /> : <EyeOff size={14} aria-hidden="true" />}{" "}
          {t(standing.hidden ? "comment.show" : "comment.hide")}
        </Button>
        {likes && (
          <Button look="quiet" isDisabled={busy} aria-pressed={standing.liked} onPress={() => act(standing.liked ? "unlike" : "like")}>
            <Heart size={14} aria-hidden="true" /> {t(standing.liked ? "comment.unlike" : "comment.like")}
          </Button>
        )}
      </div>
      {why && <p className={css.why}>{why}</p>}
      {mine && !(mine.verb === "private" && why) && (
        <Answer
          key={mine.verb}
          answering={mine}
          customer={customer}
          conversation={entry.conversation ?? ""}
          onDone={() => show(undefined)}
        />
      )}
    </div>
  );
}

interface AnswerProps {
  readonly answering: Answering;
  readonly customer: string;
  readonly conversation: string;
  readonly onDone: () => void;
}

/** Where the answer is written: for all to read, or for the customer alone. */
function Answer({ answering, customer, conversation, onDone }: AnswerProps) {
  const { acts } = useParts();
  const { t } = useWords();
  const attempt = useTry();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const asked = useRef({ text: "", key: "" });
  const { comment, verb } = answering;
  useEffect(() => {
    field.current?.focus();
    field.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const send = async (): Promise<void> => {
    const words = text.trim();
    if (!words || busy) return;
    // The same words asked for again are the same wish; others are another.
    if (asked.current.text !== words) asked.current = { text: words, key: newKey() };
    setBusy(true);
    const done = await attempt(() => acts.comment(customer, { verb, comment, conversation, text: words }, asked.current.key));
    setBusy(false);
    if (done) onDone();
  };
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === "Escape") onDone();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  const name = t(verb === "answer" ? "comment.answer" : "comment.private");
  return (
    <div className={cx(css.form, verb === "private" && css.quiet)}>
      <p className={css.who}>
        {verb === "answer" ? <Globe size={13} aria-hidden="true" /> : <Lock size={13} aria-hidden="true" />}{" "}
        {t(verb === "answer" ? "comment.answer.all" : "comment.private.once")}
      </p>
      <div className={css.line}>
        <textarea
          ref={field}
          rows={2}
          dir="auto"
          value={text}
          maxLength={verb === "answer" ? 2200 : 900}
          aria-label={name}
          placeholder={t(verb === "answer" ? "comment.answer.hint" : "comment.private.hint")}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={pressed}
        />
        <IconButton name={t("write.send")} keys="↵" side="top" isDisabled={busy || !text.trim()} onPress={() => void send()}>
          <Send size={17} />
        </IconButton>
      </div>
    </div>
  );
}
