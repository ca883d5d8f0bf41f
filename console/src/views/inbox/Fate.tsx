/** How far a message of ours came, as a mark of a few pixels with a name. */

import { Ban, Check, CheckCheck, CircleAlert, CircleHelp, Clock3, Hourglass } from "lucide-react";
import { useWords } from "../../shell/app";
import { cx } from "../../ui/cx";
import { isKey } from "../../words/words";
import css from "./timeline.module.css";

const ICONS = {
  queued: Clock3,
  sending: Clock3,
  held: Hourglass,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  failed: CircleAlert,
  unknown: CircleHelp,
  withdrawn: Ban,
} as const;

export function Fate({ state, failed }: { state: string; failed: boolean }) {
  const { t } = useWords();
  const told = failed ? "failed" : state;
  const Icon = ICONS[told as keyof typeof ICONS];
  const key = `state.${told}`;
  if (!Icon || !isKey(key)) return null;
  const name = t(key);
  return (
    <span
      className={cx(css.fate, told === "read" && css.read, (told === "failed" || told === "unknown") && css.bad)}
      role="img"
      aria-label={name}
      title={name}
    >
      <Icon size={14} aria-hidden="true" />
    </span>
  );
}
