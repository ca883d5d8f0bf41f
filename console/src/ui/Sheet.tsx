/** A dialog over the screen: for one question, the command bar, the keys. Escape and a click beside it leave it. */

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { IconButton } from "./Button";
import { cx } from "./cx";
import css from "./sheet.module.css";

interface SheetProps {
  readonly title: string;
  readonly closeName: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly bare?: "bare";
}

export function Sheet({ title, closeName, onClose, children, bare }: SheetProps) {
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className={css.veil ?? ""}>
      <Modal className={cx(css.sheet, bare && css.high)}>
        <Dialog className={css.dialog ?? ""} aria-label={title}>
          {!bare && (
            <header className={css.head}>
              <Heading slot="title" level={2}>
                {title}
              </Heading>
              <IconButton name={closeName} onPress={onClose}>
                <X size={18} />
              </IconButton>
            </header>
          )}
          <div className={cx(!bare && css.body)}>{children}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
