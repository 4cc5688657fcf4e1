import { Command } from 'commander';
import type { AuthOperations, FeatureState, Reencrypted } from '../../../application/auth-operations.ts';
import { counted } from '../../../domain/words.ts';
import { type CommandFunction, OK } from '../command.ts';
import { header, reasonFor, withReason } from '../operations.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

export interface AuthCommand {
  readonly terminal: Terminal;
  readonly run: CommandFunction;
  readonly withAuth: <T>(work: (auth: AuthOperations) => Promise<T>) => Promise<T>;
}

interface Options {
  readonly why?: string;
  readonly json: boolean;
}

/** `features list`: what is switched on for an account. */
export const featuresListCommand = ({ terminal, run, withAuth }: AuthCommand): Command =>
  new Command('list')
    .description('what is switched on for an account')
    .argument('<account>', "the account's id")
    .option('--json', 'print JSON', false)
    .action((accountId: string, { json }: Options) =>
      run(() =>
        withAuth(async ({ features }) => {
          const states = await features(accountId);
          await terminal.print(json ? harmlessJson(states, 2) : states.map(stateOf).join('\n'));
          return OK;
        }),
      ),
    );

/** `features enable` and `features disable`. */
export const featureSwitchCommand = (name: 'enable' | 'disable', { terminal, run, withAuth }: AuthCommand): Command =>
  withReason(new Command(name))
    .description(SWITCHES[name].description)
    .argument('<account>', "the account's id")
    .argument('<feature>', 'as `features list` has it: tiktok_channel')
    .option('--json', 'print JSON', false)
    .action((accountId: string, feature: string, options: Options) =>
      run(async () => {
        const reason = reasonFor(options);
        const { isEnabled } = SWITCHES[name];
        return withAuth(async ({ switchFeature }) => {
          const state = await switchFeature({ accountId, feature, isEnabled }, reason);
          await terminal.print(options.json ? harmlessJson(state, 2) : stateOf(state));
          return OK;
        });
      }),
    );

const SWITCHES = {
  enable: { isEnabled: true, description: 'switch a feature on for an account' },
  disable: { isEnabled: false, description: 'switch a feature off for an account; what is connected stays connected' },
} as const;

/** `tokens reencrypt`: after a new key came first. */
export const tokensReencryptCommand = ({ terminal, run, withAuth }: AuthCommand): Command =>
  withReason(new Command('reencrypt'))
    .description('seal with the first of TOKEN_ENCRYPTION_KEYS what older ones have sealed; twice is harmless')
    .option('--json', 'print JSON', false)
    .action((options: Options) =>
      run(async () => {
        const reason = reasonFor(options);
        return withAuth(async ({ reencryptTokens }) => {
          const end = await reencryptTokens(reason);
          await terminal.print(options.json ? harmlessJson(end, 2) : report(end, terminal));
          return OK;
        });
      }),
    );

/** `channels release`: the way out of `channel_of_another_account`. */
export const channelReleaseCommand = ({ terminal, run, withAuth }: AuthCommand): Command =>
  withReason(new Command('release'))
    .description('end that a channel belongs to its account: it is erased, and any account may connect it')
    .argument('<channel>', "the channel's id: TikTok's business id")
    .option('--json', 'print JSON', false)
    .action((channelId: string, options: Options) =>
      run(async () => {
        const reason = reasonFor(options);
        return withAuth(async ({ releaseChannel }) => {
          await releaseChannel(channelId, reason);
          const released = `${harmless(channelId)}: any account may connect it`;
          await terminal.print(options.json ? harmlessJson({ channelId, state: 'released' }, 2) : released);
          return OK;
        });
      }),
    );

const stateOf = ({ feature, isEnabled }: FeatureState): string => `${harmless(feature)} is ${isEnabled ? 'on' : 'off'}`;

const report = ({ resealed, sealedWith }: Reencrypted, terminal: Terminal): string =>
  [
    `${counted(resealed, 'value')} sealed anew`,
    table([
      header(terminal, ['key', 'values']),
      ...Object.entries(sealedWith).map(([key, count]) => [key === '' ? '(unreadable)' : harmless(key), String(count)]),
    ]),
  ].join('\n\n');
