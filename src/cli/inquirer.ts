/** Questions on a terminal. Read when one is asked: most commands ask nothing, and without it begin sooner. */
export const inquirer = () => import('@inquirer/prompts')
