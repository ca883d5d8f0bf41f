/** The files of a message being written: chosen, pasted or dropped; each with its picture, how far it is, and what the channel makes of it. */

import { useQuery } from "@tanstack/react-query";
import { FileText, Film, Link2, Music, Paperclip, RotateCw, X } from "lucide-react";
import { type DragEvent, type RefObject, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Address } from "../../api/shapes";
import { type Limits, MOST_PIECES, type Piece, type Way, wayOf } from "../../feed/uploads";
import { useParts, useToasts, useWords, wordsOf } from "../../shell/app";
import { Button, IconButton } from "../../ui/Button";
import { channelName } from "../../ui/ChannelMark";
import { cx } from "../../ui/cx";
import css from "./files.module.css";

/** Until the hub has told its own limit. */
const USUAL_MOST = 10_000_000;
const KEPT_MS = 300_000;

export interface Files {
  readonly pieces: readonly Piece[];
  readonly limits: Limits | undefined;
  /** Whether all are up and can reach the customer. */
  readonly ready: boolean;
  /** What the channel cannot show, said before anything is sent. */
  readonly warning: string;
  readonly lost: boolean;
  readonly add: (files: Iterable<File>) => void;
}

export function useFiles(customer: string, address: Address | undefined): Files {
  const { api, uploads } = useParts();
  const { t } = useWords();
  const { show } = useToasts();
  const pieces = useSyncExternalStore(
    uploads.subscribe,
    useCallback(() => uploads.of(customer), [uploads, customer]),
  );
  const { data: limits } = useQuery({
    queryKey: ["file limits", address?.channel, address?.account],
    queryFn: () =>
      api.get<Limits>(`/api/files/limits?${new URLSearchParams({ channel: address?.channel ?? "", account: address?.account ?? "" })}`),
    enabled: Boolean(address),
    staleTime: KEPT_MS,
  });
  const most = limits?.most ?? USUAL_MOST;
  const add = useCallback(
    (files: Iterable<File>) => {
      const over = uploads.add(customer, [...files], most);
      if (over) show({ text: t("files.many", { n: MOST_PIECES }), bad: true });
    },
    [uploads, customer, most, show, t],
  );
  const ways = pieces.flatMap((one) => (one.kept ? [wayOf(one.kept, limits)] : []));
  const lost = ways.includes("lost");
  const channel = address ? channelName(address.channel) : "";
  const linked = ways.filter((way) => way === "link").length;
  const warning = lost ? t("files.lost", { channel }) : linked ? t("files.link", { n: linked, channel }) : "";
  return { pieces, limits, ready: pieces.every((one) => one.kept) && !lost, warning, lost, add };
}

/** The button that opens the browser's own way to choose files. */
export function Attach({ files, isDisabled }: { files: Files; isDisabled: boolean }) {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={files.limits?.endings.map((one) => `.${one}`).join(",")}
        aria-label={t("files.attach")}
        onChange={(event) => {
          files.add(event.target.files ?? []);
          event.target.value = "";
        }}
      />
      <IconButton name={t("files.attach")} side="top" isDisabled={isDisabled} onPress={() => input.current?.click()}>
        <Paperclip size={18} />
      </IconButton>
    </>
  );
}

export function Strip({ files, customer, field }: { files: Files; customer: string; field: RefObject<HTMLTextAreaElement | null> }) {
  const { t } = useWords();
  if (!files.pieces.length) return null;
  const rising = files.pieces.filter((one) => !one.kept && !one.problem).length;
  return (
    <div className={css.files}>
      <ul aria-label={t("files.title")}>
        {files.pieces.map((one) => (
          <Chip
            key={one.id}
            piece={one}
            customer={customer}
            way={one.kept ? wayOf(one.kept, files.limits) : "shown"}
            most={files.limits?.most ?? USUAL_MOST}
            onGone={() => field.current?.focus()}
          />
        ))}
      </ul>
      {files.warning && (
        <p className={cx(css.warning, files.lost && css.lost)}>
          <Link2 size={14} aria-hidden="true" /> {files.warning}
        </p>
      )}
      <p className={css.heard} role="status">
        {rising ? t("files.rising", { n: rising }) : t("files.up", { n: files.pieces.filter((one) => one.kept).length })}
      </p>
    </div>
  );
}

interface ChipProps {
  readonly piece: Piece;
  readonly customer: string;
  readonly way: Way;
  readonly most: number;
  readonly onGone: () => void;
}

function Chip({ piece, customer, way, most, onGone }: ChipProps) {
  const { uploads } = useParts();
  const { t, f } = useWords();
  const { problem, kept, name } = piece;
  const final = problem && !problem.passing;
  const node = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (problem) node.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  return (
    <li ref={node} className={cx(css.chip, problem && css.bad, way !== "shown" && css.linked)}>
      <Look piece={piece} />
      <span className={css.text}>
        <bdi title={name}>{name}</bdi>
        {problem ? (
          <small role="alert">{troubleOf(piece, most, t, f.size)}</small>
        ) : (
          <small>{kept ? f.size(piece.size) : t("files.risen", { n: Math.round(piece.risen * 100) })}</small>
        )}
        {!kept && !problem && <progress max={1} value={piece.risen} aria-label={t("files.rising.one", { name })} />}
        {problem && !final && (
          <Button look="quiet" className={css.again} onPress={() => uploads.again(customer, piece.id)}>
            <RotateCw size={13} aria-hidden="true" /> {t("do.again")}
          </Button>
        )}
      </span>
      <IconButton
        name={t("files.remove", { name })}
        side="top"
        className={css.remove}
        onPress={() => {
          uploads.drop(customer, piece.id);
          onGone();
        }}
      >
        <X size={14} />
      </IconButton>
    </li>
  );
}

/** The picture itself, else a sign of what it is. */
function Look({ piece }: { piece: Piece }) {
  const [broken, setBroken] = useState(false);
  const shows = piece.kept?.kind === "image" ? piece.kept.url : undefined;
  const source = piece.preview ?? shows;
  if (source && !broken) return <img className={css.picture} src={source} alt="" onError={() => setBroken(true)} />;
  const Icon = piece.type.startsWith("video/") ? Film : piece.type.startsWith("audio/") ? Music : FileText;
  return (
    <span className={css.icon}>
      <Icon size={20} aria-hidden="true" />
    </span>
  );
}

/** What went wrong, and what to do. */
function troubleOf(piece: Piece, most: number, t: ReturnType<typeof useWords>["t"], size: (bytes: number) => string): string {
  switch (piece.problem?.code) {
    case "size":
      return t("files.size", { size: size(piece.size), most: size(most) });
    case "kind":
      return t("files.kind");
    case "quota":
      return t("files.quota");
    case "offline":
      return t("files.offline");
    default:
      return wordsOf(piece.problem, t);
  }
}

/** Files that are dragged over the conversation may be dropped anywhere on it. */
export function useDrop(files: Files, isOff: boolean) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  useEffect(() => {
    if (isOff) setOver(false);
  }, [isOff]);
  const bears = (event: DragEvent): boolean => !isOff && event.dataTransfer.types.includes("Files");
  return {
    over,
    ears: {
      onDragEnter: (event: DragEvent) => {
        if (!bears(event)) return;
        depth.current += 1;
        setOver(true);
      },
      onDragOver: (event: DragEvent) => {
        if (bears(event)) event.preventDefault();
      },
      onDragLeave: () => {
        depth.current = Math.max(0, depth.current - 1);
        if (!depth.current) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        depth.current = 0;
        setOver(false);
        if (!bears(event)) return;
        event.preventDefault();
        files.add(event.dataTransfer.files);
      },
    },
  };
}
