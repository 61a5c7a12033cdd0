/** Whether all that a page asks for at first is here. What is further down waits for it, so that nothing moves under the eyes of who reads. */
import { useIsFetching } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

/** Once true it stays so: what is asked for later does not take anything away. */
export function useFilled(): boolean {
  const waiting = useIsFetching({ predicate: ({ state }) => state.status === 'pending' })
  const [isFilled, setFilled] = useState(false)
  useEffect(() => {
    if (isFilled || waiting > 0) return
    // An answer that leads to a further question has asked it by then.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setFilled(true))
    })
    return () => cancelAnimationFrame(frame)
  }, [isFilled, waiting])
  return isFilled
}
