/** The rail: the views, the command bar, whoever is signed in. */

import { Command as CommandIcon } from "lucide-react";
import { useEffect } from "react";
import { Focusable, Tooltip, TooltipTrigger } from "react-aria-components";
import { useDesk } from "../feed/desk";
import { counted } from "../feed/select";
import mark from "../mark.svg";
import { Avatar } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { useMay, useMe, useParts, useWords } from "./app";
import css from "./rail.module.css";
import { to, useRoute } from "./route";
import { VIEWS } from "./views";

export function Rail({ onBar }: { onBar: () => void }) {
  const { t } = useWords();
  const { desk } = useParts();
  const { view, parts } = useRoute();
  const me = useMe();
  const { queue, mine } = useDesk(desk, counted);
  // Whoever does not talk with customers has nobody waiting for them.
  const waiting = useMay()("talk") ? queue + mine : 0;
  useEffect(() => {
    // A tab in the background tells how many wait, too.
    document.title = waiting ? `(${waiting}) omnihub` : "omnihub";
  }, [waiting]);
  const inside = view === "inbox" && parts.length > 1;
  return (
    <nav className={css.rail} aria-label={t("shell.views")} data-inside={inside || undefined}>
      <img src={mark} alt="omnihub" width={28} height={28} className={css.mark} />
      {VIEWS.map((one, n) => {
        const Icon = one.icon;
        const here = one.id === "inbox" ? waiting : 0;
        return (
          <TooltipTrigger key={one.id} delay={400} closeDelay={0}>
            <Focusable>
              <a
                href={to(one.id)}
                className={css.item}
                aria-current={view === one.id ? "page" : undefined}
                aria-label={here ? t("shell.waiting", { name: t(one.name), n: here }) : t(one.name)}
              >
                <Icon size={20} aria-hidden="true" />
                {here > 0 && <span className={css.badge} aria-hidden="true" data-count={here > 99 ? "99+" : here} />}
              </a>
            </Focusable>
            <Tooltip placement="right" offset={6} className={css.tip ?? ""}>
              {t(one.name)} <kbd>Alt+{n + 1}</kbd>
            </Tooltip>
          </TooltipTrigger>
        );
      })}
      <span className={css.gap} />
      <IconButton name={t("bar.title")} keys="Ctrl K" side="right" className={css.bar} onPress={onBar}>
        <CommandIcon size={18} />
      </IconButton>
      {me && (
        <a href={to("settings", "me")} className={css.me} aria-label={t("me.of", { name: me.user.name })}>
          <Avatar name={me.user.name} seed={me.user.login} />
        </a>
      )}
    </nav>
  );
}
