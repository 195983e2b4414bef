import type { ThemeConfig } from "antd";
import theme from "antd/es/theme";

/** The controls' theme, read from the page's own tokens so that there is one source of colour. */
export function antdTheme(dark: boolean, tight: boolean): ThemeConfig {
	const style = getComputedStyle(document.documentElement);
	const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
	const primary = token("primary");
	const tint = token("primary-tint");
	return {
		algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
		cssVar: { key: "lf" },
		hashed: false,
		token: {
			colorPrimary: primary,
			colorPrimaryHover: token("primary-hover"),
			colorPrimaryBg: tint,
			colorPrimaryBgHover: tint,
			controlItemBgActive: tint,
			controlItemBgActiveHover: tint,
			controlItemBgHover: token("head"),
			colorLink: primary,
			colorText: token("text"),
			colorTextSecondary: token("text-2"),
			colorTextTertiary: token("text-3"),
			colorTextPlaceholder: token("text-3"),
			colorTextQuaternary: token("text-3"),
			colorTextLightSolid: token("primary-on"),
			colorBgContainer: token("surface"),
			colorBgElevated: token("raised"),
			colorBgLayout: token("canvas"),
			colorBorder: token("line-strong"),
			colorBorderSecondary: token("line"),
			colorSplit: token("line"),
			colorError: token("danger"),
			colorWarning: token("warn"),
			colorSuccess: token("ok"),
			colorInfo: token("info"),
			fontFamily: token("font"),
			fontSize: 14,
			borderRadius: 6,
			controlHeight: tight ? 32 : 34,
			motionDurationMid: "0.14s",
			motionDurationSlow: "0.16s",
		},
	};
}
