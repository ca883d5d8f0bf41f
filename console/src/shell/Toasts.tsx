/** Short words at the bottom: what was done, with a way back; what went wrong. */

import { X } from "lucide-react";
import { Button, IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { useToasts, useWords } from "./app";
import css from "./toasts.module.css";

export function Toasts() {
  const { toasts, hide } = useToasts();
  const { t } = useWords();
  return (
    <div className={css.toasts} role="status">
      {toasts.map((toast) => (
        <div key={toast.id} className={cx(css.toast, toast.bad && css.bad)}>
          <p>{toast.text}</p>
          {toast.undo && (
            <Button
              look="quiet"
              className={css.undo}
              onPress={() => {
                toast.undo?.();
                hide(toast.id);
              }}
            >
              {t("do.undo")}
            </Button>
          )}
          <IconButton name={t("do.close")} className={css.close} side="top" onPress={() => hide(toast.id)}>
            <X size={16} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
