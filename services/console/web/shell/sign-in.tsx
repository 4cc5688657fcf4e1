import { useSessions } from '../session/context.tsx';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { words } from '../words.ts';
import styles from './sign-in.module.css';

/** Nobody is signed in. */
export const SignIn = ({ reason }: { readonly reason: string | null }) => {
  const sessions = useSessions();
  return (
    <main className={styles.place}>
      <div className={styles.card}>
        <span className={styles.logo} aria-hidden="true">
          <Icon name="mark" size={30} />
        </span>
        <h1>{words.product}</h1>
        <p>{words.signIn.lead}</p>
        {reason !== null && (
          <div className={styles.reason}>
            {reason === 'signed_out' ? (
              <Banner tone="good">{words.signIn.signedOut}</Banner>
            ) : (
              <Banner tone="bad" role="alert">
                {reasonText(reason)}
              </Banner>
            )}
          </div>
        )}
        <Button look="primary" className={styles.act} onClick={() => void sessions.signIn()}>
          {words.signIn.act}
        </Button>
      </div>
    </main>
  );
};

const reasonText = (reason: string): string => {
  const { reasons } = words.signIn;
  return Object.hasOwn(reasons, reason) ? reasons[reason as keyof typeof reasons] : reasons.other;
};

export const Starting = () => (
  <main className={styles.place} aria-busy="true">
    <p className="hidden-text" role="status">
      {words.signIn.starting}
    </p>
  </main>
);

/** Over what the person was doing, which stays as it is. */
export const SessionEnded = () => {
  const sessions = useSessions();
  return (
    <Dialog
      isOpen
      onClose={() => {}}
      title={words.signIn.ended.title}
      acts={
        <Button look="primary" onClick={() => void sessions.signIn()}>
          {words.signIn.ended.act}
        </Button>
      }
    >
      {words.signIn.ended.advice}
    </Dialog>
  );
};
