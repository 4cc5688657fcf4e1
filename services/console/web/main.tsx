import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import { App } from './app.tsx';
import { loadConfig } from './session/config.ts';
import { kept } from './session/kept.ts';
import { createOpenId } from './session/openid.ts';
import { createSessions } from './session/session.ts';
import { followTheme } from './shell/theme.ts';
import { followServerTime } from './time/clock.ts';
import { Boundary } from './ui/boundary.tsx';
import { Failed } from './ui/list-state.tsx';

followTheme();
const root = createRoot(document.getElementById('root') as HTMLElement);

const start = async (): Promise<void> => {
  try {
    const config = await loadConfig();
    await followServerTime(config.timeEveryMs);
    const sessions = createSessions(createOpenId(config), config, kept);
    root.render(
      <Boundary place="">
        <App config={config} sessions={sessions} />
      </Boundary>,
    );
    await sessions.begin();
  } catch (error) {
    root.render(<Failed error={error} onRetry={() => location.reload()} />);
  }
};

void start();
