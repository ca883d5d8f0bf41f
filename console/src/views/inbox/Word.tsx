/** One message or note: who speaks is told by its side, its ground and its name; what became of it by a small mark. */

import { Bell, Bot, FileText, FileX, LoaderCircle, MapPin, Mic, NotebookPen, Phone, Video } from "lucide-react";
import { useState } from "react";
import type { Attachment, Line } from "../../api/shapes";
import { hubNow } from "../../api/time";
import { type Item, isDraft, type Piece, speakerOf } from "../../feed/lines";
import type { Pending } from "../../feed/state";
import { useParts, useTry, useWords } from "../../shell/app";
import { Button } from "../../ui/Button";
import { ChannelMark } from "../../ui/ChannelMark";
import { cx } from "../../ui/cx";
import { AmendMenu, Before, Editor, Unchanged, useEditing } from "./Amend";
import { CommentDeeds, Public } from "./Comment";
import { Fate } from "./Fate";
import { fateWords } from "./facts";
import css from "./timeline.module.css";

interface Ends {
  readonly onAgain?: () => void;
  readonly onDrop?: () => void;
}

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

/** What went wrong with it, in words, and what can be done. */
export function Trouble({
  item,
  customer,
  onAgain,
  onDrop,
}: Omit<WordProps, "author" | "item"> & { item: { line: Line; pending?: Pending } }) {
  const { t } = useWords();
  const { acts } = useParts();
  const attempt = useTry();
  const [asked, setAsked] = useState(false);
  const { line, pending } = item;
  if (pending?.failed)
    return (
      <div className={css.trouble} role="alert">
        <span>{t("word.unsent")}</span>
        <Button look="quiet" onPress={onAgain}>
          {t("do.again")}
        </Button>
        <Button look="quiet" onPress={onDrop}>
          {t("do.drop")}
        </Button>
      </div>
    );
  if (line.state !== "failed" && line.state !== "unknown" && line.state !== "withdrawn") return null;
  const { sentence, small } = fateWords(line, t);
  if (!sentence) return null;
  if (line.state === "withdrawn") return <p className={css.why}>{sentence}</p>;
  return (
    <div className={css.trouble}>
      <span>{sentence}</span>
      {small && (
        <small className={css.why} dir="auto">
          {small}
        </small>
      )}
      <Button
        look="quiet"
        isDisabled={asked}
        onPress={() => {
          setAsked(true);
          void attempt(() => acts.retry(customer, line.entry.delivery ?? "")).then((done) => setAsked(done));
        }}
      >
        {asked ? t("word.retried") : t("do.retry")}
      </Button>
    </div>
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

/** Addresses that a page may open: the web's own, never a script's. */
function safe(url: string | undefined): string {
  return url && /^(https?:\/\/|\/)/.test(url) ? url : "";
}

/** How long a provider keeps a file at most: whatever has not come by then never will. */
const KEPT_MS = 31 * 86_400_000;
const LOST = new Set<string>(["gone", "expired", "too_large", "kind", "forbidden", "quota"]);
type Lost = "gone" | "expired" | "too_large" | "kind" | "forbidden" | "quota";

/** A piece by how far it came: on its way, here, or why it never will be. */
export function Fetched({ piece, at }: { piece: Piece; at: number }) {
  const { t } = useWords();
  const { media, coming, lost } = piece;
  const name = media.filename || t(`media.${media.kind}`);
  const late = coming && hubNow() - at > KEPT_MS;
  if (coming && !late)
    return (
      <p className={cx(css.file, css.coming)} aria-busy="true">
        <LoaderCircle size={16} aria-hidden="true" /> {t("media.coming", { name })}
      </p>
    );
  // What lies at somebody else's address is shown from there as far as the page may.
  if (!late && (!lost || lost === "foreign")) return <Media media={media} />;
  const reason = t(`media.lost.${LOST.has(lost) ? (lost as Lost) : "gone"}`);
  return (
    <p className={cx(css.file, css.lost)}>
      <FileX size={16} aria-hidden="true" /> {t("media.lost", { name, reason })}
    </p>
  );
}

function Media({ media }: { media: Attachment }) {
  const { t } = useWords();
  const [broken, setBroken] = useState(false);
  const url = safe(media.url);
  const name = media.filename || media.name || t(`media.${media.kind}`);
  if ((media.kind === "image" || media.kind === "sticker") && url && !broken)
    return (
      <a href={url} target="_blank" rel="noreferrer noopener">
        <img className={css.picture} src={url} alt={name} loading="lazy" onError={() => setBroken(true)} />
      </a>
    );
  if (media.kind === "location" && media.latitude != null && media.longitude != null) {
    const place = `${media.latitude.toFixed(5)}, ${media.longitude.toFixed(5)}`;
    return (
      <p className={css.file}>
        <MapPin size={16} aria-hidden="true" /> {[media.name, media.address, place].filter(Boolean).join(" · ")}
      </p>
    );
  }
  const Icon = { voice: Mic, audio: Mic, video: Video, contact: Phone }[media.kind as string] ?? FileText;
  const words = [name, media.phone].filter(Boolean).join(" · ");
  return (
    <p className={css.file}>
      <Icon size={16} aria-hidden="true" />
      {url ? (
        <a href={url} target="_blank" rel="noreferrer noopener">
          {words}
        </a>
      ) : (
        words
      )}
    </p>
  );
}
