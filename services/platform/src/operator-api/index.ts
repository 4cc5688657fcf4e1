export { type Act, type AuditTrail, auditRecord, createRecordAct, type OperatorAct, type RecordAct } from './audit.ts';
export { createOperatorApi, type OperatorApi } from './mount.ts';
export { operatorBody, reasonText } from './request.ts';
