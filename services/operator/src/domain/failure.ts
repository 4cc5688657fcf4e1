/** A failure that is no defect: one sentence for whoever runs the command, and what they can do next. */
export class OperatorFailure extends Error {
  override readonly name = 'OperatorFailure';
  readonly next: string;

  constructor(message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.next = next;
  }
}

/** The command was called in a way that it does not understand. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}
