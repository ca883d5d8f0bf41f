/** The inbox: lists, the conversation, what is known beside it; one column at a time on a phone. */

import { MessagesSquare, X } from "lucide-react";
import { useEffect, useMemo } from "react";
import type { ViewName } from "../../api/shapes";
import { useDesk } from "../../feed/desk";
import { isView } from "../../feed/select";
import type { DeskState } from "../../feed/state";
import { useMe, useParts, useWords } from "../../shell/app";
import { later } from "../../shell/later";
import { usePref } from "../../shell/prefs";
import { go, useRoute } from "../../shell/route";
import { IconButton } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Empty } from "../../ui/Empty";
import css from "./inbox.module.css";
import { List } from "./List";

/** The list is painted first; what a conversation needs comes right after it. */
const Talk = later(() => import("./Talk"), <div className={css.none} />);
const Side = later(() => import("../customers/Side"));

export default function Inbox() {
  const { feed, desk } = useParts();
  const { t } = useWords();
  const { parts } = useRoute();
  const me = useMe();
  const view: ViewName = isView(parts[0] ?? "") ? (parts[0] as ViewName) : "queue";
  const asked = parts[1] ?? "";
  const moved = useDesk(desk, movedOf);
  const customer = moved[asked] ?? asked;
  const thread = parts[2] ?? "";
  const [kept, keep] = usePref("panel");
  const [over, setOver] = usePref("panel:over");
  const panel = kept !== "shut";
  const narrow = over === "open";
  const views = useMemo<ViewName[]>(() => (view === "mine" ? ["mine"] : [view, "mine"]), [view]);
  useEffect(() => {
    feed.views(views);
  }, [feed, views]);
  useEffect(() => {
    // A merged customer's place is where they are now.
    if (asked && customer && customer !== asked) go("inbox", view, customer);
  }, [asked, customer, view]);
  useEffect(() => {
    const rest = setTimeout(Talk.ahead, 300);
    return () => clearTimeout(rest);
  }, []);
  const toggle = (): void => {
    if (matchMedia("(max-width: 1100px)").matches) setOver(narrow ? "" : "open");
    else keep(panel ? "shut" : "");
  };
  return (
    <div className={cx(css.inbox, customer && css.inside, panel && css.wide, narrow && css.over)}>
      <List view={view} chosen={customer} thread={thread} />
      {customer && me ? (
        <>
          <Talk key={thread} customer={customer} thread={thread} view={view} panel={panel} onPanel={toggle} />
          <div className={css.side}>
            <IconButton name={t("do.close")} className={css.close} onPress={toggle}>
              <X size={18} />
            </IconButton>
            <Side customer={customer} link="link" />
          </div>
        </>
      ) : (
        <div className={css.none}>
          <Empty icon={<MessagesSquare size={24} />} title={t("inbox.choose")}>
            {t("inbox.choose.words")}
          </Empty>
        </div>
      )}
    </div>
  );
}

const movedOf = (state: DeskState) => state.moved;
