/** Whether an answer says no to who asks: unknown, not allowed, not there for them, too much. */
export function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 404 || status === 429;
}
