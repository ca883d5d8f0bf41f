/** One message or note: who speaks is told by its side, its ground and its name; what became of it by a small mark. */

import { Bell, Bot, NotebookPen } from "lucide-react";
import { type Item, isDraft, speakerOf } from "../../feed/lines";
import { useWords } from "../../shell/app";
import { Button } from "../../ui/Button";
import { ChannelMark } from "../../ui/ChannelMark";
import { cx } from "../../ui/cx";
import { AmendMenu, Before, Editor, Unchanged, useEditing } from "./Amend";
import { CommentDeeds, Public } from "./Comment";
import { Fate } from "./Fate";
import { Fetched } from "./Fetched";
import { type Ends, Trouble } from "./Trouble";
import css from "./timeline.module.css";

interface WordProps extends Ends {
  readonly item: Extract<Item, { kind: "word" }>;
  readonly customer: string;
  readonly author: string;
}

export function Word({ item, customer, author, onAgain, onDrop }: WordProps) {
  const { t, f } = useWords();
  const { line, first, pending } = item;
  const { entry } = line;
  const speaker = speakerOf(entry.who);
  const draft = isDraft(line);
  const withdrawn = line.state === "withdrawn";
  const text = item.edited || entry.text || entry.message?.text || "";
  const offers = entry.message?.quick_replies ?? [];
  const failed = Boolean(pending?.failed);
  const editing = useEditing(item);
  const { before } = item.amended;
  return (
    <article className={cx(css.word, css[speaker], first && css.first)} data-state={line.state ?? ""}>
      {first && (
        <header className={css.author}>
          {speaker === "bot" && <Bot size={13} aria-hidden="true" />}
          {speaker === "nudge" && <Bell size={13} aria-hidden="true" />}
          <bdi>{author}</bdi>
          {entry.address && <ChannelMark channel={entry.address.channel} />}
        </header>
      )}
      <div className={cx(css.bubble, (draft || withdrawn) && css.draft, item.deleted && css.deleted, failed && css.failed)}>
        {draft && <p className={css.tag}>{t("word.draft")}</p>}
        {withdrawn && !item.deleted && (
          <p className={css.tag}>{t(speaker === "bot" || line.failure ? "state.withdrawn" : "word.retried")}</p>
        )}
        {item.deleted && <p className={css.tag}>{t(withdrawn ? "word.recalled.unsent" : "word.deleted")}</p>}
        <Public item={item} />
        {item.pieces.map((piece, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the media of a message never change places
          <Fetched key={n} piece={piece} at={entry.at} />
        ))}
        {editing ? (
          <Editor item={item} words={text} />
        ) : (
          text && (
            <p className={css.text} dir="auto">
              <Linked text={text} />
            </p>
          )
        )}
        {offers.length > 0 && (
          <ul className={css.offers}>
            {offers.map((offer) => (
              <li key={offer.title}>{offer.title}</li>
            ))}
          </ul>
        )}
        <footer className={css.meta}>
          {before.length > 0 && <Before amended={item.amended} />}
          {item.edited && !before.length && <span title={entry.text ?? ""}>{t("word.edited")}</span>}
          <time title={f.full(entry.at)}>{f.time(entry.at)}</time>
          {speaker !== "customer" && !draft && !withdrawn && (
            <Fate state={pending && !pending.taken ? "queued" : (line.state ?? "")} failed={failed} />
          )}
        </footer>
        <AmendMenu item={item} />
        {item.reactions.length > 0 && <p className={css.reactions}>{item.reactions.map((one) => one.emoji).join(" ")}</p>}
      </div>
      <Unchanged item={item} />
      <Trouble item={item} customer={customer} onAgain={onAgain} onDrop={onDrop} />
      {item.standing && !item.deleted && <CommentDeeds item={item} standing={item.standing} customer={customer} />}
    </article>
  );
}

export function Note({ item, author, onAgain, onDrop }: Ends & { item: Extract<Item, { kind: "note" }>; author: string }) {
  const { t, f } = useWords();
  const { entry } = item.line;
  return (
    <article className={css.note}>
      <header>
        <NotebookPen size={13} aria-hidden="true" />
        <span>{author ? t("note.of", { name: author }) : t("note.one")}</span>
        <time title={f.full(entry.at)}>{f.time(entry.at)}</time>
      </header>
      <p className={css.text} dir="auto">
        {entry.text}
      </p>
      {item.pending?.failed && (
        <div className={css.trouble} role="alert">
          <span>{t("note.unsaved")}</span>
          <Button look="quiet" onPress={onAgain}>
            {t("do.again")}
          </Button>
          <Button look="quiet" onPress={onDrop}>
            {t("do.drop")}
          </Button>
        </div>
      )}
    </article>
  );
}

const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/;

/** The words with their addresses to be opened. */
function Linked({ text }: { text: string }) {
  const parts = text.split(ADDRESS);
  if (parts.length === 1) return text;
  return parts.map((part, n) =>
    n % 2 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
      <a key={n} href={part} target="_blank" rel="noreferrer noopener">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
