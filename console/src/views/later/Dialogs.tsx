/** What will be here: the dialogs of the bot. */

import { MessagesSquare } from "lucide-react";
import { useWords } from "../../shell/app";
import { Empty } from "../../ui/Empty";
import css from "./later.module.css";

export default function Dialogs() {
  const { t } = useWords();
  return (
    <div className={css.later}>
      <Empty icon={<MessagesSquare size={24} />} title={t("dialogs.title")}>
        <p>{t("dialogs.words")}</p>
        <p className={css.when}>{t("dialogs.when")}</p>
      </Empty>
    </div>
  );
}
