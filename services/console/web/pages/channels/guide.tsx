import { Link } from 'wouter';
import { PageFrame } from '../../ui/page-frame.tsx';
import { words } from '../../words.ts';
import { authorizationFailures, type OutcomeText } from './authorization-outcomes.ts';
import styles from './channels.module.css';

const { guidePage } = words.channels;

/** For administrators: what they need, how it goes, and every way in which it can end otherwise. */
export const Guide = () => (
  <PageFrame title={guidePage.title} above={<Link href="/channels">{guidePage.back}</Link>}>
    <section className={styles.guide}>
      <h2>{guidePage.needs}</h2>
      <Needs />
      <h2>{guidePage.steps}</h2>
      <ol className={styles.steps}>
        {guidePage.step.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <h2>{guidePage.wrong}</h2>
      <p>{guidePage.wrongLead}</p>
      <dl className={styles.endings}>
        <Ending {...guidePage.noReturn} />
        {Object.entries(authorizationFailures).map(([code, text]) => (
          <Ending key={code} {...text} />
        ))}
      </dl>
    </section>
  </PageFrame>
);

const Ending = ({ sentence, advice }: OutcomeText) => (
  <div>
    <dt>{sentence}</dt>
    <dd>{advice}</dd>
  </div>
);

export const Needs = () => (
  <ul className={styles.needs}>
    {words.channels.needs.map((need) => (
      <li key={need}>{need}</li>
    ))}
  </ul>
);
