/** The only descriptor of a child that leads anywhere; 0, 1 and 2 are /dev/null. */
export const BROKER_FD = 3;
