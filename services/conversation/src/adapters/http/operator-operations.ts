import type { OperatorOperation } from '@tiktok-channel/platform/operator-api';
import { lineageQuery, lineageView } from './lineage.routes.ts';

/** What this service serves to operators beside what all do. */
export const OPERATOR_OPERATIONS: readonly OperatorOperation[] = [
  {
    method: 'get',
    path: '/operator/v1/messages/{messageId}/lineage',
    operationId: 'showLineage',
    summary: 'Where a message, or a reply by its id, stands in each step of its way; never what it says',
    query: lineageQuery,
    response: lineageView,
    refusals: { 404: 'Nothing with this id is stored.' },
  },
];
