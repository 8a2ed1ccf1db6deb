import { Component, type ReactNode } from 'react'
import { PageError } from './PageError'

/** The last resort: whatever breaks while drawing, people see a page with a way out. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    return this.state.broken ? <PageError /> : this.props.children
  }
}
