/** A file of a message: on its way, here, or why it never will be; a place, a card of somebody. */

import { FileText, FileX, LoaderCircle, MapPin, Mic, Phone, Video } from "lucide-react";
import { useState } from "react";
import type { Attachment } from "../../api/shapes";
import { hubNow } from "../../api/time";
import type { Piece } from "../../feed/lines";
import { useWords } from "../../shell/app";
import { cx } from "../../ui/cx";
import css from "./timeline.module.css";

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
