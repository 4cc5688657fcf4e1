import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  readonly acts: ReactNode;
}

export const Dialog = ({ isOpen, onClose, title, children, acts }: DialogProps) => (
  <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
    <Base.Portal>
      <Base.Backdrop className={styles.backdrop} />
      <Base.Popup className={styles.popup}>
        <Base.Title>{title}</Base.Title>
        <Base.Description render={<div className={styles.body} />}>{children}</Base.Description>
        <div className={styles.acts}>{acts}</div>
      </Base.Popup>
    </Base.Portal>
  </Base.Root>
);
