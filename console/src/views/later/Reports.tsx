/** What will be here: figures, a sentence before each. */

import { BarChart3 } from "lucide-react";
import { useWords } from "../../shell/app";
import { Empty } from "../../ui/Empty";
import css from "./later.module.css";

export default function Reports() {
  const { t } = useWords();
  return (
    <div className={css.later}>
      <Empty icon={<BarChart3 size={24} />} title={t("reports.title")}>
        <p>{t("reports.words")}</p>
        <p className={css.when}>{t("reports.when")}</p>
      </Empty>
    </div>
  );
}
