/** A channel's mark: one letter on its colour, and its name for whoever hears the screen. */

import css from "./channel.module.css";

const LETTERS: Readonly<Record<string, string>> = {
  webchat: "W",
  telegram: "T",
  zalo: "Z",
  line: "L",
  whatsapp: "W",
  whatsapp_cloud: "W",
  twilio_whatsapp: "W",
  messenger: "M",
  instagram: "I",
  viber: "V",
  sms: "S",
  twilio_sms: "S",
  email: "@",
  slack: "#",
  plain: "A",
};
const NAMES: Readonly<Record<string, string>> = {
  webchat: "Web chat",
  telegram: "Telegram",
  zalo: "Zalo",
  line: "LINE",
  whatsapp: "WhatsApp",
  whatsapp_cloud: "WhatsApp",
  twilio_whatsapp: "WhatsApp (Twilio)",
  messenger: "Messenger",
  instagram: "Instagram",
  viber: "Viber",
  sms: "SMS",
  twilio_sms: "SMS",
  email: "E-mail",
  slack: "Slack",
  plain: "App",
};

export function channelName(channel: string): string {
  return NAMES[channel] ?? channel.charAt(0).toUpperCase() + channel.slice(1);
}

export function ChannelMark({ channel }: { channel: string }) {
  return (
    <span className={css.mark} data-channel={channel} role="img" aria-label={channelName(channel)} title={channelName(channel)}>
      {LETTERS[channel] ?? channel.charAt(0).toUpperCase()}
    </span>
  );
}
