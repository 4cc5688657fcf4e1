import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './menu.module.css';

interface MenuProps {
  /** A button. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly side?: 'top' | 'right' | 'bottom';
  readonly children: ReactNode;
}

export const Menu = ({ trigger, side = 'bottom', children }: MenuProps) => (
  <Base.Root modal={false}>
    <Base.Trigger render={trigger} />
    <Base.Portal>
      <Base.Positioner side={side} align="end" sideOffset={8}>
        <Base.Popup className={styles.popup}>{children}</Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);

export const MenuItem = ({
  icon,
  onSelect,
  children,
}: {
  readonly icon: IconName;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) => (
  <Base.Item className={styles.item} onClick={onSelect}>
    <Icon name={icon} size={18} />
    {children}
  </Base.Item>
);

interface MenuChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly { readonly value: Value; readonly label: string; readonly icon: IconName }[];
  readonly onChange: (value: Value) => void;
}

/** One of several, of which one always holds. */
export const MenuChoice = <Value extends string>({ label, value, choices, onChange }: MenuChoiceProps<Value>) => (
  <Base.RadioGroup value={value} onValueChange={(next: Value) => onChange(next)}>
    <Base.GroupLabel className={styles.label}>{label}</Base.GroupLabel>
    {choices.map((choice) => (
      <Base.RadioItem key={choice.value} value={choice.value} className={styles.item} closeOnClick={false}>
        <Icon name={choice.icon} size={18} />
        {choice.label}
        <Base.RadioItemIndicator className={styles.check}>
          <Icon name="check" size={16} />
        </Base.RadioItemIndicator>
      </Base.RadioItem>
    ))}
  </Base.RadioGroup>
);

export const MenuText = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles.label}>{children}</div>
);

export const MenuSeparator = () => <Base.Separator className={styles.separator} />;
