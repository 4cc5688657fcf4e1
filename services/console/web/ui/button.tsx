import { Tooltip } from '@base-ui/react/tooltip';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.tsx';
import tooltipStyles from './tooltip.module.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `plain` looks like a link, for an act within a sentence. */
  readonly look?: 'primary' | 'quiet' | 'danger' | 'plain';
  readonly icon?: IconName;
  readonly ref?: Ref<HTMLButtonElement>;
}

export const Button = ({ look = 'quiet', icon, children, className = '', ...rest }: ButtonProps) => (
  <button type="button" className={`${styles.button} ${styles[look]} ${className}`} {...rest}>
    {icon !== undefined && <Icon name={icon} size={16} />}
    {children}
  </button>
);

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  readonly icon: IconName;
  /** What it does: for a screen reader, and shown when the pointer or the focus rests on it. */
  readonly label: string;
  readonly ref?: Ref<HTMLButtonElement>;
}

export const IconButton = ({ icon, label, className = '', ...rest }: IconButtonProps) => (
  <Hint text={label}>
    <button type="button" aria-label={label} className={`${styles.button} ${styles.icon} ${className}`} {...rest}>
      <Icon name={icon} />
    </button>
  </Hint>
);

/** A word or two about what the pointer or the focus rests on. */
export const Hint = ({
  text,
  side = 'top',
  children,
}: {
  readonly text: ReactNode;
  readonly side?: 'top' | 'right' | 'bottom';
  readonly children: React.ReactElement<Record<string, unknown>>;
}) => (
  <Tooltip.Root>
    <Tooltip.Trigger delay={400} render={children} />
    <Tooltip.Portal>
      <Tooltip.Positioner side={side} sideOffset={8}>
        <Tooltip.Popup className={tooltipStyles.popup}>{text}</Tooltip.Popup>
      </Tooltip.Positioner>
    </Tooltip.Portal>
  </Tooltip.Root>
);
