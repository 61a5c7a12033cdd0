/** Small choices that this browser keeps. One that keeps nothing, as some private windows do, throws even when it is asked: then nothing was chosen. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

/** What is half done, as long as this tab is open: loading the page anew loses nothing of it. `null`: forgets it. */
export function keepForTab(name: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, value)
  } catch {
    // It holds as long as the page does.
  }
}

/** Nothing is half done any more: somebody else may sit down at this tab. */
export function forgetTab(): void {
  try {
    sessionStorage.clear()
  } catch {
    // There is nothing.
  }
}

export function keptForTab(name: string): string | null {
  try {
    return sessionStorage.getItem(name)
  } catch {
    return null
  }
}

/** `null`: forgets it. False: this browser keeps nothing, so it holds as long as the page does. */
export function keepChoice(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
    return true
  } catch {
    return false
  }
}
