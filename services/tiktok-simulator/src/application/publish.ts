import type { PayloadOptions, WebhookEvent } from '../domain/webhook-events.ts';
import type { Authorizations } from './authorizations.ts';
import type { Deliveries, DeliveryOptions } from './deliveries.ts';
import type { SwitchBoard } from './switch-board.ts';

/** Tells the app what happened; `build` is asked for the event in the shape that the switches want. */
export type Publish = (build: (payload: PayloadOptions) => WebhookEvent, options?: DeliveryOptions) => void;

interface Dependencies {
  readonly deliveries: Deliveries;
  readonly authorizations: Authorizations;
  readonly switches: SwitchBoard;
}

export const createPublish =
  ({ deliveries, authorizations, switches }: Dependencies): Publish =>
  (build, options) => {
    const { minimal_payload: minimal, deliveries_need_authorization: isNeeded } = switches.now();
    const event = build({ minimal });
    if (isNeeded && !mayTell(event, authorizations)) return;
    deliveries.add(event, options);
  };

/** The end of an authorisation is told when the authorisation is gone. */
const mayTell = ({ event, businessId }: WebhookEvent, authorizations: Authorizations): boolean =>
  event === 'authorization.removed' || authorizations.hasGranted(businessId, 'message.list.read');
