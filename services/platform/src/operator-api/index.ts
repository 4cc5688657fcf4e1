export { type Act, type AuditTrail, auditRecord, createRecordAct, type OperatorAct, type RecordAct } from './audit.ts';
export { createOperatorApi, type OperatorApi } from './mount.ts';
export { OPERATOR_OPERATIONS, type OperatorOperation, operatorDocument } from './openapi.ts';
export { operatorBody, reasonText } from './request.ts';
